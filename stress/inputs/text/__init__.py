"""Text -> fields: units in the types of fields, one message for what is refused."""
