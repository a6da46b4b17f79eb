"""The components of the tests: processes, databases, proxies, people."""
