"""What asks for and shows the values of `staffing` in the browser. Nothing here computes."""
