//! A file of records, read in blocks of whole lines, bounded and hashed on the way.

use std::io::{self, BufReader, Read};

use sha2::{Digest, Sha256};

use crate::Problem;

/// How much a reader takes before it calls a snapshot hostile.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one line.
    pub line: usize,
    /// Bytes of one file of records as it lies on the disk.
    pub file: u64,
    /// Bytes of one file of records after decompression.
    pub decompressed: u64,
    /// How many times larger than on the disk a file may be after decompression; only beyond 256 MiB.
    pub ratio: u64,
    /// Records of one file.
    pub records: u64,
    /// Bytes of `manifest.json` or of a `unit.json`.
    pub page: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 64 << 20,
            file: 16 << 30,
            decompressed: 64 << 30,
            ratio: 2_000,
            records: 100_000_000,
            page: 256 << 20,
        }
    }
}

impl Limits {
    fn decompressed(&self, on_disk: u64) -> u64 {
        (on_disk.saturating_mul(self.ratio)).max(256 << 20).min(self.decompressed)
    }
}

/// How many problems of one file are listed.
pub(crate) const MOST_PROBLEMS: usize = 1_000;

/// Blocks are this large unless one line is larger.
const BLOCK: usize = 512 << 10;

/// Hashes and counts what passes through.
struct Hashing<'a> {
    source: Box<dyn Read + Send + 'a>,
    hash: Sha256,
    bytes: u64,
    limit: u64,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        if self.bytes > self.limit {
            return Err(io::Error::other("the file is larger than any that a snapshot may have"));
        }
        Ok(read)
    }
}

enum Decoder<'a> {
    Plain(Hashing<'a>),
    Zstd(zstd::Decoder<'static, BufReader<Hashing<'a>>>),
}

/// What a file turned out to be once all of it was read.
pub(crate) struct Seen {
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// Whole lines of a file.
pub(crate) struct Block {
    buffer: Vec<u8>,
    filled: usize,
    /// The number of the first line, from 1.
    first_line: u64,
    records: usize,
}

impl Block {
    /// Each line without its newline, with its number.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = &self.buffer[..self.filled];
        let mut number = self.first_line;
        std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest)?;
            let line = (number, &rest[..end]);
            rest = &rest[end + 1..];
            number += 1;
            Some(line)
        })
    }

    /// How many lines it has.
    pub(crate) fn records(&self) -> usize {
        self.records
    }

    /// The buffer, to be used again.
    pub(crate) fn recycle(self) -> Vec<u8> {
        self.buffer
    }
}

/// How deep a record may nest.
const MOST_DEPTH: usize = 128;

/// Parses one line.
pub(crate) fn parse<'de, T: serde::Deserialize<'de>>(line: &'de [u8]) -> Result<T, String> {
    // The parser skips what it does not know by recursion, to any depth; a hostile line would overflow the stack.
    check_depth(line)?;
    sonic_rs::from_slice(line).map_err(|err| {
        // The lines after the first quote the record, which may be large.
        let text = err.to_string();
        text.lines().next().unwrap_or_default().trim_end_matches([':', ' ']).to_owned()
    })
}

/// Refuses a record that readers would refuse.
pub(crate) fn check_depth(line: &[u8]) -> Result<(), String> {
    let opened = line.iter().filter(|byte| **byte | 0x20 == b'{').count();
    if opened > MOST_DEPTH && depth(line) > MOST_DEPTH {
        return Err(format!("the record nests deeper than {MOST_DEPTH}"));
    }
    Ok(())
}

fn depth(line: &[u8]) -> usize {
    let (mut depth, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                most = most.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// A file of records.
pub(crate) struct Lines<'a> {
    file: String,
    decoder: Decoder<'a>,
    limits: Limits,
    /// How many lines there may be.
    most: u64,
    decompressed: u64,
    decompressed_limit: u64,
    /// The beginning of a line whose end is not read yet.
    carry: Vec<u8>,
    next_line: u64,
    ended: bool,
    fault: Option<Problem>,
}

impl<'a> Lines<'a> {
    /// Reads `source`, `size` bytes large and holding so many `records`, as zstd if `file` says so.
    pub(crate) fn new(
        file: &str,
        source: Box<dyn Read + Send + 'a>,
        size: u64,
        records: Option<u64>,
        limits: Limits,
    ) -> Result<Self, Problem> {
        let raw = Hashing { source, hash: Sha256::new(), bytes: 0, limit: limits.file.min(size) };
        let decoder = if file.strip_suffix(".zst").is_some() {
            zstd::Decoder::with_buffer(BufReader::with_capacity(128 << 10, raw))
                .and_then(|mut decoder| {
                    // Bounds the memory that a hostile frame header can ask for.
                    decoder.window_log_max(26)?;
                    Ok(Decoder::Zstd(decoder))
                })
                .map_err(|err| Problem::new(file, format!("cannot start to decompress: {err}")))?
        } else {
            Decoder::Plain(raw)
        };
        Ok(Self {
            file: file.to_owned(),
            decoder,
            limits,
            most: records.unwrap_or(u64::MAX).min(limits.records),
            decompressed: 0,
            decompressed_limit: limits.decompressed(size),
            carry: Vec::new(),
            next_line: 1,
            ended: false,
            fault: None,
        })
    }

    /// The next whole lines; `None` at the end. After a problem nothing more comes.
    pub(crate) fn next_block(&mut self, mut buffer: Vec<u8>) -> Result<Option<Block>, Problem> {
        if self.ended {
            return self.fault.take().map_or(Ok(None), Err);
        }
        let mut filled = self.carry.len();
        if buffer.len() < BLOCK.max(filled) {
            buffer.resize(BLOCK.max(filled), 0);
        }
        buffer[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            if filled == buffer.len() {
                if let Some(end) = memchr::memrchr(b'\n', &buffer[..filled]) {
                    self.carry.extend_from_slice(&buffer[end + 1..filled]);
                    return Ok(Some(self.block(buffer, end + 1)));
                }
                if filled >= self.limits.line {
                    self.ended = true;
                    let message = format!("the line is longer than {} bytes", self.limits.line);
                    return Err(Problem::at(&self.file, self.next_line, message));
                }
                buffer.resize((filled * 2).min(self.limits.line), 0);
            }
            match self.read(&mut buffer[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    return self.last(buffer, filled, "the file ends within this line");
                }
                Ok(read) => filled += read,
                Err(err) => {
                    self.ended = true;
                    return self.last(buffer, filled, &format!("cannot be read from here on: {err}"));
                }
            }
        }
    }

    /// The lines that are whole; what is wrong with the rest is told at the next call.
    fn last(&mut self, buffer: Vec<u8>, filled: usize, message: &str) -> Result<Option<Block>, Problem> {
        let whole = memchr::memrchr(b'\n', &buffer[..filled]).map_or(0, |end| end + 1);
        let block = self.block(buffer, whole);
        if self.fault.is_none() && (whole < filled || message.starts_with("cannot")) {
            self.fault = Some(Problem::at(&self.file, self.next_line, message));
        }
        if whole == 0 {
            return self.fault.take().map_or(Ok(None), Err);
        }
        Ok(Some(block))
    }

    /// The whole lines at the start of `buffer`, as far as there may be so many.
    fn block(&mut self, buffer: Vec<u8>, filled: usize) -> Block {
        let first_line = self.next_line;
        let records = memchr::memchr_iter(b'\n', &buffer[..filled]).count();
        let left = self.most - (first_line - 1);
        if records as u64 <= left {
            self.next_line += records as u64;
            return Block { buffer, filled, first_line, records };
        }
        self.next_line += left;
        self.ended = true;
        let message = format!("there are more lines than the {} that there may be", self.most);
        self.fault = Some(Problem::at(&self.file, self.next_line, message));
        let ends = memchr::memchr_iter(b'\n', &buffer[..filled]).zip(1..=left);
        let (filled, records) = ends.last().map_or((0, 0), |(end, nth)| (end + 1, nth));
        Block { buffer, filled, first_line, records: usize::try_from(records).unwrap_or(0) }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.decoder {
            Decoder::Plain(source) => source.read(buffer),
            Decoder::Zstd(source) => source.read(buffer),
        }?;
        self.decompressed += read as u64;
        if self.decompressed > self.decompressed_limit {
            return Err(io::Error::other(format!("it decompresses to more than {} bytes", self.decompressed_limit)));
        }
        Ok(read)
    }

    /// How many lines there were so far.
    pub(crate) fn records(&self) -> u64 {
        self.next_line - 1
    }

    /// Reads what is left, so that the hash covers the whole file.
    pub(crate) fn finish(self) -> io::Result<Seen> {
        let mut raw = match self.decoder {
            Decoder::Plain(raw) => raw,
            Decoder::Zstd(decoder) => decoder.finish().into_inner(),
        };
        io::copy(&mut raw, &mut io::sink())?;
        Ok(Seen { sha256: hex::encode(raw.hash.finalize()), bytes: raw.bytes })
    }
}
