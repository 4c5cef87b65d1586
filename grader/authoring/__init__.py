"""What instructors need to write a rubric: tests of it, advice on it, and a page to read it."""
