"""Fills in the metadata that pyproject.toml leaves out."""

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Hook(MetadataHookInterface):
    """Sets every dynamic field but the version."""

    def update(self, metadata):
        """Add the fields to the `[project]` table."""
        metadata["description"] = "Says what it is"
        metadata["dependencies"] = ["Zope.Interface>=5", "attrs[Tests]>=2,!=3"]
        metadata["optional-dependencies"] = {"Dev_Tools": ["pytest; os_name == 'nt'"]}
        metadata["scripts"] = {"dyn": "dynamic_metadata:main"}
        metadata["authors"] = [{"name": "Bo"}, {"name": "Al", "email": "al@x.org"}]
        metadata["keywords"] = ["b", "a"]
        metadata["urls"] = {"Home": "https://example.org/x,y"}
