"""What a run of one calendar link is: look, compare, plan, judge, guard, act, remember."""
