"""What compiled templates call: values, names and operators."""
