//! Published packages with C code, built with a compiler that was found, and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasify::toolchain::c::CCompiler;

/// A package, what a program needs of it, and what the program prints.
struct Case {
    name: &'static str,
    dependencies: &'static str,
    main: &'static str,
    prints: &'static str,
}

const CASES: [Case; 6] = [
    Case {
        name: "libz-sys",
        dependencies: "flate2 = { version = \"1\", default-features = false, features = [\"zlib\"] }\n\
                       libz-sys = { version = \"1\", features = [\"static\"] }",
        main: "use std::io::{Read, Write};\n\
               fn main() {\n\
                   let mut to = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());\n\
                   to.write_all(&[7; 5000]).unwrap();\n\
                   let packed = to.finish().unwrap();\n\
                   let mut back = Vec::new();\n\
                   flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut back).unwrap();\n\
                   println!(\"{} {}\", packed.len() < 50, back == [7; 5000]);\n\
               }",
        prints: "true true",
    },
    Case {
        name: "zstd-sys",
        dependencies: "zstd = \"0.13\"",
        main: "fn main() {\n\
                   let packed = zstd::encode_all(&[7; 5000][..], 19).unwrap();\n\
                   let back = zstd::decode_all(&packed[..]).unwrap();\n\
                   println!(\"{} {}\", packed.len() < 50, back == [7; 5000]);\n\
               }",
        prints: "true true",
    },
    Case {
        name: "ring",
        dependencies: "ring = \"0.17\"",
        main: "use ring::{digest, rand::SystemRandom, signature::*};\n\
               fn main() {\n\
                   let hash = digest::digest(&digest::SHA256, b\"abc\");\n\
                   let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();\n\
                   let key = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();\n\
                   let sign = key.sign(b\"text\");\n\
                   let good = UnparsedPublicKey::new(&ED25519, key.public_key()).verify(b\"text\", sign.as_ref());\n\
                   println!(\"{:02x?} {}\", &hash.as_ref()[..2], good.is_ok());\n\
               }",
        prints: "[ba, 78] true",
    },
    Case {
        name: "libsqlite3-sys",
        dependencies: "rusqlite = { version = \"0.37\", features = [\"bundled\"] }",
        main: "fn main() {\n\
                   let db = rusqlite::Connection::open_in_memory().unwrap();\n\
                   db.execute_batch(\"create table t(x); insert into t values (40), (2);\").unwrap();\n\
                   let sum: i64 = db.query_row(\"select sum(x) from t\", [], |row| row.get(0)).unwrap();\n\
                   println!(\"{sum}\");\n\
               }",
        prints: "42",
    },
    Case {
        name: "onig_sys",
        dependencies: "onig = { version = \"6\", default-features = false }",
        main: "fn main() {\n\
                   let regex = onig::Regex::new(r\"(?<=a)b+\").unwrap();\n\
                   println!(\"{:?}\", regex.find(\"xabbb\"));\n\
               }",
        prints: "Some((2, 5))",
    },
    Case {
        name: "tree-sitter",
        dependencies: "tree-sitter = \"0.25\"\ntree-sitter-json = \"0.24\"",
        main: "fn main() {\n\
                   let mut parser = tree_sitter::Parser::new();\n\
                   parser.set_language(&tree_sitter_json::LANGUAGE.into()).unwrap();\n\
                   let tree = parser.parse(\"[1, 2]\", None).unwrap();\n\
                   println!(\"{}\", tree.root_node().to_sexp());\n\
               }",
        prints: "(document (array (number) (number)))",
    },
];

/// Builds a program with each, all in one target directory, and runs them.
#[expect(
    clippy::print_stdout,
    reason = "how long each takes is for whoever runs it by hand"
)]
pub(crate) fn build_and_run(compiler: &CCompiler, folder: &Path) {
    let mut complaints = Vec::new();
    for case in &CASES {
        let project = folder.join(case.name);
        write(case, &project);
        let took = std::time::Instant::now();
        if let Err(complaint) = built(compiler, &project, &folder.join("target"))
            .and_then(|()| ran(case, &folder.join("target")))
        {
            complaints.push(format!("{}: {complaint}", case.name));
        }
        println!("{}: {:.1} s", case.name, took.elapsed().as_secs_f32());
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

fn write(case: &Case, project: &Path) {
    let manifest = format!(
        "[package]\nname = \"uses-{}\"\nedition = \"2024\"\n[dependencies]\n{}\n[workspace]\n",
        case.name, case.dependencies
    );
    fs::create_dir_all(project.join("src")).expect("created");
    fs::write(project.join("Cargo.toml"), manifest).expect("written");
    fs::write(project.join("src/main.rs"), case.main).expect("written");
}

#[expect(clippy::disallowed_methods, reason = "plain cargo is what has to work")]
fn built(compiler: &CCompiler, project: &Path, target: &Path) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--target=wasm32-wasip2", "--target-dir"])
        .arg(target)
        .current_dir(project)
        .envs(&compiler.env)
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&output.stderr);
    output.status.success().then_some(()).ok_or(said.into())
}

#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
fn ran(case: &Case, target: &Path) -> Result<(), String> {
    let file = format!("wasm32-wasip2/debug/uses-{}.wasm", case.name);
    let output = Command::new(env!("CARGO_BIN_EXE_wasify"))
        .arg("run")
        .arg(target.join(file))
        .output()
        .expect("wasify starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let good = output.status.success() && said.trim_end() == case.prints;
    good.then_some(()).ok_or(format!("{said}{errors}"))
}
