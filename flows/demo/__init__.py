"""A synthetic integrated care system: made-up people, their lives, and what nine services would deliver about them."""
