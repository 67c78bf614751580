"""Works out what readings mean."""
