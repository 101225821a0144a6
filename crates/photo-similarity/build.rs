//! Finds libheif where the feature `heif` asks for it; without the feature it does nothing.
//!
//! What is called of it has been in it since 1.13, so one set of declarations fits every release that systems ship.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "heif")]
    find_libheif();
}

#[cfg(feature = "heif")]
fn find_libheif() {
    if let Err(error) = pkg_config::Config::new().atleast_version("1.13").probe("libheif") {
        println!(
            "cargo:warning=libheif was not found: install libheif-dev (Debian, Ubuntu), libheif-devel (Fedora) or libheif \
             (Homebrew), or build without the feature `heif`"
        );
        println!("cargo:warning={error}");
        std::process::exit(1);
    }
}
