//! `lamlint lsp`: diagnostics while typing, over the Language Server Protocol.
//!
//! The main thread owns the open documents and speaks the protocol; one worker owns the projects and runs the same
//! engine as the command line over what is on disk with the open buffers above it. A change makes the run under way
//! pointless and gives it up. Every answer comes from one finished run, so places and texts fit each other; a
//! request that comes before that run is done waits for it. Offsets become positions in `convert` and nowhere else.
//! Source: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

mod actions;
mod complete;
mod convert;
mod diagnostics;
mod documents;
mod hover;
mod navigate;
mod progress;
mod protocol;
mod requests;
mod server;
mod snapshot;
#[cfg(test)]
mod tests;
mod transport;
mod worker;

use crate::engine::Workers;
use anyhow::Result;
use lamlint_model::rule::Date;

/// Serve one client over standard input and output. `clock` tells the day of each run. Gives the exit status: 0 after an orderly end, else 1.
///
/// # Errors
/// When the streams fail.
pub fn serve(workers: Workers, clock: fn() -> Date) -> Result<u8> {
    let (client, threads) = transport::stdio();
    let orderly = server::run(&client, workers, clock);
    drop(client);
    // The reader ends with its stream, which the client may keep open: it is not waited for.
    threads.finish();
    Ok(u8::from(!orderly))
}
