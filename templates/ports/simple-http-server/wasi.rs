//! Bodies, sent by tasks: there are no threads for it.

use std::fs::File;
use std::io::{self, BufReader, Read};

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use tokio::sync::mpsc::Sender;

use super::{CompressionEncoding, FILE_CHUNK_SIZE};

/// Sends so much of a file, from where it is.
pub(super) async fn send_file(mut file: File, length: u64, sender: Sender<io::Result<Bytes>>) {
    let mut left = length;
    let mut buffer = vec![0; FILE_CHUNK_SIZE];
    while left > 0 {
        let limit = left.min(FILE_CHUNK_SIZE as u64) as usize;
        let piece = match file.read(&mut buffer[..limit]) {
            Ok(0) => break,
            Ok(read) => {
                left -= read as u64;
                Ok(Bytes::copy_from_slice(&buffer[..read]))
            }
            Err(error) => Err(error),
        };
        let failed = piece.is_err();
        if sender.send(piece).await.is_err() || failed {
            break;
        }
    }
}

/// Sends a file as the encoder leaves it.
pub(super) async fn send_compressed(
    file: File,
    encoding: CompressionEncoding,
    sender: Sender<io::Result<Bytes>>,
) {
    match compress(file, encoding) {
        Ok(all) => {
            let mut all = Bytes::from(all);
            while !all.is_empty() {
                let piece = all.split_to(all.len().min(FILE_CHUNK_SIZE));
                if sender.send(Ok(piece)).await.is_err() {
                    break;
                }
            }
        }
        Err(error) => {
            let _ = sender.send(Err(error)).await;
        }
    }
}

fn compress(file: File, encoding: CompressionEncoding) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(file);
    match encoding {
        CompressionEncoding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            io::copy(&mut reader, &mut encoder)?;
            encoder.finish()
        }
        CompressionEncoding::Deflate => {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            io::copy(&mut reader, &mut encoder)?;
            encoder.finish()
        }
    }
}
