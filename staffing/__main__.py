"""`python -m staffing`: the same as `peakstaff`."""

from staffing.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
