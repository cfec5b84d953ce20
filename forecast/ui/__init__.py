"""What asks for and shows the values of `forecast` in the browser. Nothing here computes."""
