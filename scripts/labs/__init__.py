"""Labs as people do them: a module for each shipped rubric, with a `LAB` that tells its stories.

`scripts/record_labs.py` records them as the rubrics' test cases; live tests do them again.
"""
