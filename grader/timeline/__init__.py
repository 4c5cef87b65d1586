"""The timeline: the steps of the lab in the order in which they happened, each told once.

A step comes from the engine's events; where those are missing (the engine keeps few, and forgets
them when it restarts), from the states that were seen, and from calls that leave no event.
"""
