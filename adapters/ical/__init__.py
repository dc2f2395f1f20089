"""iCalendar text: content lines, what they mean, and how to change only what changed."""

from adapters.ical.codec import ICalendar
from adapters.ical.foreign import Part, Problem, split

__all__ = ["ICalendar", "Part", "Problem", "split"]
