"""A class: many submissions, each judged by itself, and what only shows when they lie together."""
