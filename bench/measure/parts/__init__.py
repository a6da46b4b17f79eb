"""The parts of the measurements; each returns a section of the results."""
