"""Rubrics drafted for a person to adapt: from answers, a Dockerfile, or a recorded lab."""
