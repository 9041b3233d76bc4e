"""The tests: they mirror the floors; beside them stands what judges the whole."""
