"""The sample district: made-up properties with three years of history that simulated meters go on with."""
