"""The box in the building: its spool empties over MQTT into the centre, which confirms what is durable."""
