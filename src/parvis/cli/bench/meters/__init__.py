"""What is measured of the application: processor time, memory, SQL statements."""
