//! Where a snapshot's files lie: a directory, or the binary itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What stands under a path of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, which is never followed.
    Symlink,
    /// Something else, or a folder deeper than any that a snapshot has.
    Other,
}

/// One path of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Within the snapshot, with `/` between its parts.
    pub path: String,
    /// What it is.
    pub kind: FoundKind,
}

/// The files of one snapshot. Paths are relative, with `/` between their parts.
pub trait Files: Send + Sync {
    /// What to call the snapshot in messages.
    fn name(&self) -> String;

    /// Opens a file and tells its size in bytes.
    ///
    /// # Errors
    /// `NotFound` when there is none; anything else when there is something that cannot be read as a regular file.
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send + '_>, u64)>;

    /// Everything there is, files and folders, sorted by path.
    ///
    /// # Errors
    /// When a folder cannot be read.
    fn list(&self) -> io::Result<Vec<Found>>;
}

/// A snapshot on the disk. Symbolic links within it are not followed.
#[derive(Clone, Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// The snapshot in `root`; nothing is read yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    fn walk(&self, under: &str, depth: usize, found: &mut Vec<Found>) -> io::Result<()> {
        for entry in fs::read_dir(self.0.join(under))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if under.is_empty() { name } else { format!("{under}/{name}") };
            let kind = entry.file_type()?;
            let kind = match kind {
                _ if kind.is_symlink() => FoundKind::Symlink,
                _ if kind.is_file() => FoundKind::File,
                _ if kind.is_dir() && depth < 3 => FoundKind::Folder,
                _ => FoundKind::Other,
            };
            if kind == FoundKind::Folder {
                self.walk(&path, depth + 1, found)?;
            }
            found.push(Found { path, kind });
        }
        Ok(())
    }
}

impl Files for Directory {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send + '_>, u64)> {
        let mut whole = self.0.clone();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            if matches!(part, "" | "." | "..") || part.contains('\\') {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a path within a snapshot"));
            }
            whole.push(part);
            let kind = fs::symlink_metadata(&whole)?.file_type();
            // A link could lead out of the snapshot, and opening a pipe would wait for ever.
            let sound = if parts.peek().is_some() { kind.is_dir() } else { kind.is_file() };
            if !sound {
                let what =
                    if kind.is_symlink() { "a symbolic link, which is not followed" } else { "not a regular file" };
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
        }
        let file = File::open(&whole)?;
        let size = file.metadata()?.len();
        Ok((Box::new(file), size))
    }

    fn list(&self) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        self.walk("", 1, &mut found)?;
        found.sort();
        Ok(found)
    }
}

/// A snapshot inside the binary.
#[derive(Clone, Debug)]
pub struct Embedded {
    name: String,
    files: BTreeMap<String, &'static [u8]>,
}

impl Embedded {
    /// The snapshot made of these files, by their paths within it.
    pub fn new(name: impl Into<String>, files: impl IntoIterator<Item = (String, &'static [u8])>) -> Self {
        Self { name: name.into(), files: files.into_iter().collect() }
    }
}

impl Files for Embedded {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send + '_>, u64)> {
        let bytes = *self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok((Box::new(bytes), bytes.len() as u64))
    }

    fn list(&self) -> io::Result<Vec<Found>> {
        Ok(self.files.keys().map(|path| Found { path: path.clone(), kind: FoundKind::File }).collect())
    }
}

/// The directory itself, for what is named relative to it.
impl AsRef<Path> for Directory {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}
