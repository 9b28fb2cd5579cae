"""Tools for the tests of whoever builds on opchat."""
