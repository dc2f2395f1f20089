"""What `make demo` needs and nothing else uses."""
