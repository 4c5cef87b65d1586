"""A throwaway Docker environment for the demo and the live tests.

Standard library only: it runs before the project has a virtual environment.
"""
