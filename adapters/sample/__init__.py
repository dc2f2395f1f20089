"""A made-up practice of the usual size, to try the product with, to test and to measure it: the same for each seed."""
