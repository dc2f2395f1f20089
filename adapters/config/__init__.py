"""The configuration: its keys (`schema`), reading it (`load`), and the words for mistakes (`problems`)."""

from adapters.config.load import find_file, load
from adapters.config.problems import ConfigError, Problem
from adapters.config.schema import Config

__all__ = ["Config", "ConfigError", "Problem", "find_file", "load"]
