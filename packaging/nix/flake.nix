{
  # From the root of the repository: nix build ./packaging/nix
  description = "Keeps an Immich library, the original files and other photo sources in step";

  # Rust 1.95 is in unstable.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "immich-sync";
          version = (pkgs.lib.importTOML ../../Cargo.toml).workspace.package.version;
          src = ../..;
          cargoLock.lockFile = ../../Cargo.lock;
          cargoBuildFlags = [ "--package" "immich-sync" ];
          buildFeatures = [ "heif" ];
          # Tests need ExifTool of one version and, some of them, root; `cargo xtask ci` runs them.
          doCheck = false;
          nativeBuildInputs = [
            pkgs.installShellFiles
            pkgs.makeWrapper
            pkgs.nasm
            pkgs.pkg-config
          ];
          buildInputs = [ pkgs.libheif ];
          postInstall = ''
            for shell in bash zsh fish; do
              $out/bin/immich-sync completions $shell > immich-sync.$shell
              installShellCompletion --$shell immich-sync.$shell
            done
            $out/bin/immich-sync man --dir man
            installManPage man/*.1
            wrapProgram $out/bin/immich-sync --suffix PATH : ${pkgs.lib.makeBinPath [ pkgs.exiftool ]}
          '';
          meta = {
            description = "Keeps an Immich library, the original files and other photo sources in step";
            license = [
              pkgs.lib.licenses.mit
              pkgs.lib.licenses.asl20
            ];
            mainProgram = "immich-sync";
          };
        };
      });
      devShells = forEach (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = [ pkgs.exiftool ];
        };
      });
    };
}
