"""Grading where submissions are pushed to: on a runner of GitHub Actions, GitLab CI or another."""
