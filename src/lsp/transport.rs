//! Messages over standard input and output. A message that makes no sense is answered, not the end of the service.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::Message;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread::{self, JoinHandle};

/// Longest message that is read, in bytes; open files are at most a few MiB.
const MAX_MESSAGE: usize = 64 << 20;

/// The parse error of JSON-RPC. Source: <https://www.jsonrpc.org/specification#error_object>
const PARSE_ERROR: i32 = -32700;
/// Not a request, as JSON-RPC says.
const INVALID_REQUEST: i32 = -32600;

/// The two ends of a conversation.
#[derive(Debug)]
pub(super) struct Client {
    /// What the client says; ends with its stream.
    pub(super) receiver: Receiver<Message>,
    /// What it is told, as JSON.
    pub(super) sender: Sender<Value>,
}

/// The threads that move the messages.
#[derive(Debug)]
pub(super) struct Threads {
    writer: JoinHandle<()>,
}

impl Threads {
    /// Wait until everything is written.
    pub(super) fn finish(self) {
        // A writer that failed has nobody left to tell.
        let _ = self.writer.join();
    }
}

/// Standard input and output.
pub(super) fn stdio() -> (Client, Threads) {
    let (to_server, receiver) = bounded(64);
    let (sender, to_client) = unbounded::<Value>();
    let complaints = sender.clone();
    thread::spawn(move || read_all(BufReader::new(io::stdin()), &to_server, &complaints));
    let writer = thread::spawn(move || write_all(io::stdout(), &to_client));
    (Client { receiver, sender }, Threads { writer })
}

fn write_all(mut out: impl Write, messages: &Receiver<Value>) {
    for m in messages {
        // The end: nothing follows it.
        if m.is_null() {
            return;
        }
        let body = m.to_string();
        if write!(out, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn read_all(mut input: impl BufRead, to_server: &Sender<Message>, complaints: &Sender<Value>) {
    while let Some(body) = next_body(&mut input) {
        let complain = |code: i32, id: Value, what: &str| {
            let _ = complaints
                .send(json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": what}}));
        };
        let Some(value) = serde_json::from_slice::<Value>(&body).ok() else {
            complain(PARSE_ERROR, Value::Null, "the message is no JSON");
            continue;
        };
        let id = value.get("id").cloned().unwrap_or(Value::Null);
        match serde_json::from_value::<Message>(value) {
            Ok(m) => {
                if to_server.send(m).is_err() {
                    return;
                }
            }
            Err(_) => complain(INVALID_REQUEST, id, "the message is no request, notification or response"),
        }
    }
}

/// The body of the next message; empty where it is too long to be taken, `None` at the end of the stream.
fn next_body(input: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length: Option<usize> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is as bounded as a message.
        let n = input.by_ref().take(MAX_MESSAGE as u64).read_until(b'\n', &mut line).ok()?;
        if n == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            match length {
                Some(_) => break,
                // Empty lines before a header mean nothing.
                None => continue,
            }
        }
        // What is no header is skipped until the next one: there is no other way to find the next message.
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let length = length.unwrap_or(0);
    if length > MAX_MESSAGE {
        let skipped = io::copy(&mut input.by_ref().take(length as u64), &mut io::sink()).ok()?;
        return (skipped == length as u64).then(Vec::new);
    }
    let mut body = Vec::new();
    let read = input.by_ref().take(length as u64).read_to_end(&mut body).ok()?;
    (read == length).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_answered_and_the_next_message_is_read() {
        let good = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
        let strange = r#"{"jsonrpc":"2.0","id":7}"#;
        let mut input = String::from("rubbish\r\n\r\nContent-Length: 5\r\n\r\n{oops");
        for body in [strange, good] {
            let head = format!("content-length: {}\r\nContent-Type: x\r\n\r\n", body.len());
            input = input + &head + body;
        }
        let (to_server, messages) = unbounded();
        let (complaints, told) = unbounded();
        read_all(input.as_bytes(), &to_server, &complaints);
        assert!(matches!(&messages.try_recv(), Ok(Message::Notification(n)) if n.method == "initialized"));
        let told: Vec<Value> = told.try_iter().collect();
        assert_eq!(told[0]["error"]["code"], PARSE_ERROR);
        // A response without a result is one, too.
        assert_eq!(told.len() + messages.len(), 1 + usize::from(told.len() > 1));
    }

    #[test]
    fn a_cut_message_is_the_end() {
        assert_eq!(next_body(&mut "Content-Length: 10\r\n\r\n{}".as_bytes()), None);
        assert_eq!(next_body(&mut "".as_bytes()), None);
    }
}
