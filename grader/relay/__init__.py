"""The relay of ``grade-lab shell``: passes bytes on between the docker command and its engine.

Of the calls that a rubric asks for it notes method, path and status; nothing else is kept.
"""
