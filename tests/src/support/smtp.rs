//! A mail server on loopback (RFC 5321), which keeps what it is given and answers what it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use takt::config::{Secret, Settings};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What arrived.
#[derive(Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// The message as it came over the wire, dots at the beginning of lines taken back.
    pub raw: Vec<u8>,
}

/// The server. Its answers to recipients are those of `answers`, one after the other, and then `250`.
pub struct MailServer {
    pub url: String,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    arrived: mpsc::UnboundedReceiver<Mail>,
}

impl MailServer {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let (tell, arrived) = mpsc::unbounded_channel();
        let inside = answers.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, inside.clone(), tell.clone()));
            }
        });
        Self { url, answers, arrived }
    }

    /// Settings by which a host sends its mail here.
    pub fn settings(&self) -> impl Fn(&mut Settings) + use<> {
        let url = self.url.clone();
        move |settings| {
            settings.smtp_url = Secret(url.clone());
            settings.mail_from = "Nordlicht <sales@nordlicht.example>".to_owned();
        }
    }

    /// What the next recipients hear.
    pub fn answers(&self, lines: &[&'static str]) {
        self.answers.lock().unwrap().extend(lines);
    }

    /// The next message.
    pub async fn next(&mut self) -> Mail {
        tokio::time::timeout(Duration::from_secs(60), self.arrived.recv()).await.expect("mail arrives").unwrap()
    }

    /// Nothing more has come.
    pub fn nothing_more(&mut self) {
        assert!(self.arrived.try_recv().is_err());
    }
}

type Answers = Arc<Mutex<VecDeque<&'static str>>>;

/// One connection, until the other side ends it.
async fn converse(mut stream: TcpStream, answers: Answers, tell: mpsc::UnboundedSender<Mail>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut reading = BufReader::new(reading);
    writing.write_all(b"220 mail.example ESMTP\r\n").await?;
    let mut mail = Mail { from: String::new(), to: Vec::new(), raw: Vec::new() };
    let mut line = String::new();
    loop {
        line.clear();
        if reading.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME",
            "MAIL" => {
                mail = Mail { from: address(&line), to: Vec::new(), raw: Vec::new() };
                "250 OK"
            }
            "RCPT" => {
                let answer = answers.lock().unwrap().pop_front().unwrap_or("250 OK");
                if answer.starts_with('2') {
                    mail.to.push(address(&line));
                }
                answer
            }
            "DATA" => {
                writing.write_all(b"354 Go on\r\n").await?;
                mail.raw = message(&mut reading).await?;
                tell.send(std::mem::replace(&mut mail, Mail { from: String::new(), to: Vec::new(), raw: Vec::new() }))
                    .ok();
                "250 Taken"
            }
            "QUIT" => "221 Bye",
            _ => "250 OK",
        };
        writing.write_all(answer.as_bytes()).await?;
        writing.write_all(b"\r\n").await?;
    }
}

/// The lines until the lone dot.
async fn message(reading: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        // A line of a binary file may be as long as it likes; a test's letter is not endless.
        (&mut *reading).take(1 << 24).read_until(b'\n', &mut line).await?;
        if line == b".\r\n" || line.is_empty() {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
