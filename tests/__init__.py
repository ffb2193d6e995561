"""Tests, by floor and by kind; `pages` says what every page owes its reader."""
