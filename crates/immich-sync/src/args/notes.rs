//! What stands below the options in the long help of a command.

pub(super) const WRITE_NOTES: &str = "\
Every option can also be given as an environment variable, IMMICH_SYNC_ and its name (IMMICH_SYNC_SERVER, \
IMMICH_SYNC_DRY_RUN=true), and nearly all of them in the config file (dry_run = true). The command line comes \
first, then the environment, then the config file. What is on can be taken back with --no- and its name. \
`immich-sync config show --origin` tells where each value comes from.

The API key comes from IMMICH_API_KEY, from a file named in IMMICH_API_KEY_FILE, or from the config file. \
Several accounts on one server have several keys: separated by commas in IMMICH_API_KEY, or each in an \
[[account]] of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some photos failed or were refused, 4 stopped by the \
brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too \
old, 20 ExifTool missing or too old, 130 or 143 interrupted, 1 anything else.";

pub(super) const ORGANIZE_NOTES: &str = "\
Without anything to do, groups are found, remembered and summed up; nothing is changed on the server or on the disk. \
`organize list`, `organize show` and `organize decide` look at them and decide; they need no server. What is done about \
groups is listed by `history` and taken back by `undo`.

Every option can also be given as an environment variable, IMMICH_SYNC_ORGANIZE_ and its name \
(IMMICH_SYNC_ORGANIZE_THRESHOLD=7), and nearly all of them in the table [organize] of the config file \
(threshold = 7). Options that other commands have too are IMMICH_SYNC_SERVER and so on, and stand at the top of the \
config file.

Exit status: 0 done, 2 usage or config, 3 finished but some photos failed or the list was not complete, 4 stopped by \
the brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too old, \
130 or 143 interrupted, 1 anything else.";

pub(super) const IMPORT_NOTES: &str = "\
Only the SHA-1 of a file, or what was remembered of it, decides whether it is on the server. What is as it was costs \
nothing the next time: no file is opened and nothing is asked. Nothing at the source is ever changed. Albums, tags, \
captions, stars, hearts, places and dates that change there reach the photo that is there already. What was deleted on \
the server stays deleted. `history` lists what was done, `undo` takes it back: photos go to the trash of the server.

Every option can also be given as an environment variable, IMMICH_SYNC_IMPORT_ and its name \
(IMMICH_SYNC_IMPORT_INTO_ALBUM=Old), and nearly all of them in the table [import] of the config file \
(into_album = \"Old\"); those of one source carry its name, as IMMICH_SYNC_IMPORT_FOLDER_, \
IMMICH_SYNC_IMPORT_GOOGLE_TAKEOUT_ and IMMICH_SYNC_IMPORT_APPLE_PHOTOS_, and stand in [import.folder], \
[import.google-takeout] and [import.apple-photos]. Options that other commands have too are IMMICH_SYNC_SERVER and so on, and stand at the top of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some files failed, were refused or could not be seen, 4 stopped \
by the brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too old, \
130 or 143 interrupted, 1 anything else.";

pub(super) const EXPORT_NOTES: &str = "\
The library is only read. What is as it was is not written again: the state remembers what was exported. A file that you \
changed, or that is not of an export, is never overwritten. Templates are those of osxphotos, as {created.year}/{album}; \
docs/export.md lists their fields. `history` lists what was done, `undo` takes new files away again and brings back what \
--cleanup put into the trash. No server is needed.

Every option can also be given as an environment variable, IMMICH_SYNC_EXPORT_APPLE_PHOTOS_ and its name, and nearly all \
of them in the table [export.apple-photos] of the config file (directory = \"{created.year}\"). Options that other commands \
have too are IMMICH_SYNC_WORKERS and so on, and stand at the top of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some files are missing in the library, failed or were in the way, \
4 stopped by the brake, 11 another run is active, 130 or 143 interrupted, 1 anything else.";

pub(super) const RUN_NOTES: &str = "\
Jobs stand in the config file, each in a table [[job]] with a name, a command and the options of that command:

  [[job]]
  name = \"phone\"
  command = \"import folder\"
  paths = [\"/mnt/phone\"]
  into_album = \"Phone\"

Each job is a process of its own, so one that crashes or hangs takes no other along. What runs around jobs ([hooks]), who \
is told ([notify]) and where the log goes is in docs/schedule.md. Only one run is active at a time.

Exit status: 0 all jobs went well; else the worst of them, in this order: 130 or 143 interrupted, 12 key refused or permission \
missing, 2 usage or config, 13 server too old, 20 ExifTool missing or too old, 10 server unreachable, 1 failed, killed or out \
of time, 4 stopped by the brake, 11 another run is active, 3 finished but some items failed or were refused.";

pub(super) const SCHEDULE_NOTES: &str = "\
When runs are started stands in the table [schedule] of the config file: at = [\"02:00\", \"14:00\"] or every = \"6h\", with \
days, random_delay, on_battery, catch_up and time_zone beside it. What they do stands in its [[job]] tables. The system \
starts `immich-sync run --config FILE` and nothing else: no key and no variable of your environment goes along.

systemd-user is the usual choice on Linux, launchd on a Mac, cron where there is neither. In a container, use \
`immich-sync daemon`.";

pub(super) const DAEMON_NOTES: &str = "\
When runs are started stands in the table [schedule] of the config file; each is a process of its own, and there is \
never more than one. A run that was missed while this was off is made up for once, unless catch_up = false. SIGTERM is \
passed on to the run and waits for its end; SIGHUP reads the config file again.

With --listen, /healthz answers 200 or 503 and /metrics in the form of Prometheus, to everybody who reaches the address. \
`immich-sync health` tells the same without a port.";

pub(super) const UNDO_NOTES: &str = "\
The newest change of each file goes first. A file that nobody changed since becomes byte for byte what it was, as long \
as the replaced bytes are kept (--undo-keep-days, --undo-keep-size; `history` tells). Of any other file the tags go \
back; what somebody changed since stays and is told. What was undone is left alone by `write` until it changes on the server. An undo is a run of its own and can be undone.

No server is needed. Where one and a key are given, it is told afterwards to read the files again.";

pub(super) const HISTORY_NOTES: &str = "\
Without a name all runs are listed, the newest first. The number of a run, the id of an asset or the path of a \
file shows its changes. No server is needed.";
