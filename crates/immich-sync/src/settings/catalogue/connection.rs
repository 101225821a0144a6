//! The server and the keys.

use crate::settings::setting::{flag, value, values};

settings! {
    "Server" {
        /// Address of the server, such as http://nas:2283
        SERVER = value("server", "URL").also(&["immich-url"]).aliases(&["IMMICH_INSTANCE_URL", "IMMICH_URL"]);
        /// A file with the address of the server
        SERVER_FILE = value("server-file", "FILE")
            .path()
            .not_on_command_line()
            .aliases(&["IMMICH_INSTANCE_URL_FILE", "IMMICH_URL_FILE"]);
        /// The API key; other users of this machine can see it here, better use `IMMICH_API_KEY`. Once for each
        /// account
        API_KEY = values("api-key", "KEY", &[',', '\n'])
            .secret()
            .also(&["immich-api-key"])
            .aliases(&["IMMICH_API_KEY"]);
        /// A file with the API key in its first line. Once for each account
        API_KEY_FILE = values("api-key-file", "FILE", &['\n']).path().aliases(&["IMMICH_API_KEY_FILE"]);
        /// A program that prints the API key, with its arguments
        API_KEY_COMMAND = values("api-key-command", "WORD", &[' ']).only_in_config();
        /// E-mail address to sign in with: Immich 3 then tells all faces in one answer instead of one by one. The
        /// password comes from `IMMICH_SYNC_PASSWORD` or --password-file
        LOGIN = value("login", "EMAIL");
        /// The password of --login
        PASSWORD = value("password", "PASSWORD").secret().not_on_command_line();
        /// A file with the password in its first line
        PASSWORD_FILE = value("password-file", "FILE").path();
        /// Requests per second, or `auto`; `organize` goes by the pace of the server unless this is given
        RATE_LIMIT = value("rate-limit", "N").default("10");
        /// How long to wait for a server that goes away during a run
        PATIENCE = value("patience", "TIME").default("2m");
        /// Certificates (PEM) to trust besides those of the system
        CA_FILE = value("ca-file", "FILE").path();
        /// Trust any certificate of the server
        INSECURE = flag("insecure");
        /// What the server is told after files were written
        AFTER = value("after", "WHAT")
            .default("refresh")
            .parser(crate::settings::setting::words::<crate::settings::words::AfterWord>);
    }
}
