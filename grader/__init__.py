"""The pipeline of grade-lab: rubric, needs, collect, journal, evidence, judge, result, report."""

__version__ = "0.1.0"
