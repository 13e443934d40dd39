"""Git repositories that tests make, with the same commits on every machine."""

import os
import subprocess

ENVIRON = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}


class GitRepository:
    """A repository in a directory; the first branch is `main`."""

    def __init__(self, path):
        """Make an empty repository at a path that does not exist."""
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    @property
    def address(self):
        """The address with which it is fetched."""
        return self.path.as_uri()

    def git(self, *arguments, **options):
        """Run git in it, and return what it prints without the last line end."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**os.environ, **ENVIRON},
            check=True,
            capture_output=True,
            **options,
        )
        return done.stdout.decode().removesuffix("\n")

    def write(self, files):
        """Write texts or bytes by path; None deletes a file."""
        for path, text in files.items():
            whole = self.path / path
            if text is None:
                whole.unlink()
                continue
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, files, *tags):
        """Commit files, by path, under these tags, and return the commit."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "commit")
        for tag in tags:
            self.git("tag", tag)
        return self.git("rev-parse", "HEAD")

    def commit_entries(self, entries, *tags):
        """Commit a tree of (mode, type, id, path) that no work tree could hold."""
        lines = "".join(
            f"{mode} {kind} {object_id}\t{path}\0"
            for mode, kind, object_id, path in entries
        )
        tree = self.git("mktree", "-z", "--missing", input=lines.encode())
        return self.commit_tree(tree, *tags)

    def commit_tree(self, tree, *tags):
        """Commit a tree on the branch `main` under these tags; return the commit."""
        commit = self.git("commit-tree", "-m", "tree", tree)
        self.git("update-ref", "refs/heads/main", commit)
        for tag in tags:
            self.git("tag", tag, commit)
        return commit

    def blob(self, text):
        """Write an object with a text, and return its id."""
        return self.git("hash-object", "-w", "--stdin", input=text.encode())


HISTORY = (
    ("v0.9.0",),
    ("v1.0.0", "x-v1.0.0"),
    ("v1.0.1",),
    ("v1.1.0", "x-v1.1.0", "y-1.1.0"),
    ("v1.2.0-beta.1",),
    ("v1.2.0", "latest"),
    ("v1.10.0", "x-v1.10.0"),
    ("v2.0.0", "x-v2.0.0"),
    ("v2.1.0", "release-2.1"),
    (),
)
"""The tags of ten commits."""


def versioned_repository(path):
    """
    Make a repository with ten tagged commits, and a branch `dev` from the last.

    Returns it, and the commits.
    """
    repository = GitRepository(path)
    commits = [
        repository.commit({"snippets/s.md": f"commit {number}\n"}, *tags)
        for number, tags in enumerate(HISTORY)
    ]
    repository.git("checkout", "-q", "-b", "dev")
    commits.append(repository.commit({"snippets/s.md": "commit dev\n"}))
    repository.git("checkout", "-q", "main")
    return repository, commits
