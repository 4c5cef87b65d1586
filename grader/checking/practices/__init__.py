"""Good practices for Dockerfiles, a file for each theme: a Dockerfile in, what breaks one out.

A practice speaks only where it is certain: what depends on a build argument without a default, or
on what the base image holds, breaks none.
"""
