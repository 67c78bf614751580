"""What people see: server-rendered pages in German that work before any script."""
