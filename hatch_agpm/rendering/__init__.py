"""From a manifest to rendered resources: the core that all integrations call."""
