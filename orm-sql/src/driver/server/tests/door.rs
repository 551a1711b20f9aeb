//! A way to a server that can be shut and opened again: a listener on a free port, which passes on what it hears.

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A way to a server that can be shut and opened again.
pub(super) struct Door {
    pub(super) port: u16,
    server: String,
    keeper: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens a door to a server, whose address is that of messages: `host:port/database`.
    pub(super) async fn to(address: &str) -> Self {
        let server = address.split('/').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let keeper = Some(tokio::spawn(keep(listener, server.clone())));
        Self { port, server, keeper }
    }

    /// Throws everybody out, and lets nobody in.
    pub(super) async fn shut(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.abort();
            // What the keeper held is gone when it is.
            let _ = keeper.await;
        }
    }

    /// Lets everybody in again, at the same port.
    pub(super) async fn open(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.keeper = Some(tokio::spawn(keep(listener, self.server.clone())));
    }
}

async fn keep(listener: TcpListener, server: String) {
    let mut guests = JoinSet::new();
    while let Ok((mut guest, _)) = listener.accept().await {
        let server = server.clone();
        guests.spawn(async move {
            let Ok(mut server) = TcpStream::connect(server).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut guest, &mut server).await;
        });
    }
}
