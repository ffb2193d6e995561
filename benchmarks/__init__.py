"""What is measured: never in the tests, always as a ratio to a yardstick of the same run."""
