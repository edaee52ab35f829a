//! One visit with rustls: visit HOST NAME IP PORT STORE.  Exit 0: answered 200.
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

fn visit(host: &str, ip: &str, port: &str, store: &str) -> Result<bool, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_pemfile::certs(&mut BufReader::new(File::open(store)?)) {
        // One that it cannot read is left out, as programs do.
        let _ = roots.add(certificate?);
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())?;
    let mut connection = ClientConnection::new(Arc::new(config), name)?;
    let mut socket = TcpStream::connect(format!("{ip}:{port}"))?;
    socket.set_read_timeout(Some(Duration::from_secs(4)))?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes())?;
    let mut answer = [0; 1024];
    let size = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..size]).contains(" 200 "))
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    match visit(&words[1], &words[3], &words[4], &words[5]) {
        Ok(true) => {}
        Ok(false) => std::process::exit(1),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1)
        }
    }
}
