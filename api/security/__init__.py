"""Who may pass: the gate, roles and permissions, what every answer tells the browser, how large a request may be."""
