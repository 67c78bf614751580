"""Changes of a register's unit or pulse weight: from when on, how many times, and what that stands for."""
