"""What the scenarios stand on: processes, databases, proxies, people."""
