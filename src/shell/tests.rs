use super::Link::{And, Background, Or, Pipe, Sequence};
use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Every command as one line: its words, with what surrounds it where that matters.
fn lines(text: &str) -> Vec<String> {
    commands(text).iter().map(line).collect()
}

fn line(command: &Command<'_>) -> String {
    let assigned = command.assignments.iter().map(|assignment| match &assignment.value {
        Assigned::Scalar(word) => format!("{}={}", assignment.name, word.value),
        Assigned::Array(words) => {
            let words: Vec<&str> = words.iter().map(|word| word.value.as_ref()).collect();
            format!("{}=({})", assignment.name, words.join(","))
        }
    });
    let words = command.words.iter().map(|word| format!("[{}]", word.value));
    let redirects =
        command.redirects.iter().map(|redirect| format!("{}{}", redirect.operator, redirect.target.value));
    assigned.chain(words).chain(redirects).collect::<Vec<_>>().join(" ")
}

/// The names of the commands alone.
fn names(text: &str) -> Vec<String> {
    commands(text).iter().filter_map(|command| command.name().map(str::to_owned)).collect()
}

#[test]
fn words_lose_their_quotes_and_keep_their_spans() {
    let text = r#"npm  publish "--tag=a b" --otp='x'"y"\ z"#;
    let commands = commands(text);
    assert_eq!(lines(text), ["[npm] [publish] [--tag=a b] [--otp=xy z]"]);
    let word = &commands[0].words[2];
    assert_eq!((word.raw, &text[word.span.start..word.span.end]), (r#""--tag=a b""#, r#""--tag=a b""#));
    assert!(word.quoted && !word.dynamic && !commands[0].words[1].quoted);
    assert_eq!(commands[0].span, crate::text::Span::new(0, text.len()));
}

#[test]
fn ansi_quotes_and_escapes() {
    assert_eq!(lines(r#"printf $'a\tb\'c' "q\"r\$s\w" \n"#), ["[printf] [a\tb'c] [q\"r$s\\w] [n]"]);
    assert_eq!(lines("echo '{\"aud\":\"x\"}' '{\\\"aud\\\"}'"), ["[echo] [{\"aud\":\"x\"}] [{\\\"aud\\\"}]"]);
}

#[test]
fn lists_and_pipelines() {
    let text = "a && b || c | d & e; f\n g |& h";
    let links: Vec<Link> = commands(text).iter().map(|command| command.link).collect();
    assert_eq!(links, [Sequence, And, Or, Pipe, Background, Sequence, Sequence, Pipe]);
    let links: Vec<Link> = commands("a &&\n  b").iter().map(|command| command.link).collect();
    assert_eq!(links, [Sequence, And]);
}

#[test]
fn continuations_comments_and_crlf() {
    let text = "# npm publish\r\nnpm \\\r\n  publish \\\n --access public # the end\r\necho a#b\r\n";
    assert_eq!(lines(text), ["[npm] [publish] [--access] [public]", "[echo] [a#b]"]);
    assert_eq!(lines("np\\\nm publish"), ["[npm] [publish]"]);
}

#[test]
fn assignments_and_arrays() {
    assert_eq!(lines("A=1 B='x y' npm publish C=2"), ["A=1 B=x y [npm] [publish] [C=2]"]);
    assert_eq!(lines("ARGS=(--tag \"a b\"\n next) ; ARGS+=( $X )"), ["ARGS=(--tag,a b,next)", "ARGS=($X)"]);
    assert_eq!(lines("declare -a X=(npm publish)\nls"), ["X=(npm,publish) [declare] [-a]", "[ls]"]);
    assert_eq!(lines("1A=x a-b=c"), ["[1A=x] [a-b=c]"]);
}

#[test]
fn redirects() {
    assert_eq!(
        lines("npm publish >log 2>&1 </dev/null &>>all; cmd <<<'in put'"),
        ["[npm] [publish] >log >&1 </dev/null &>>all", "[cmd] <<<in put"]
    );
    assert_eq!(lines("echo \"//x:_authToken=$T\" >> ~/.npmrc"), ["[echo] [//x:_authToken=$T] >>~/.npmrc"]);
}

#[test]
fn heredoc_bodies_are_text() {
    let text = "cat <<EOF >> .npmrc && a\nnpm publish\nEOF\nb <<-'X' <<Y\n\tone\n\tX\ntwo\nY\nc";
    let commands = commands(text);
    assert_eq!(lines(text), ["[cat] <<EOF >>.npmrc", "[a]", "[b] <<-X <<Y", "[c]"]);
    let body = |command: usize, redirect: usize| {
        let heredoc = commands[command].redirects[redirect].heredoc.expect("a body");
        (&text[heredoc.body.start..heredoc.body.end], heredoc.expands)
    };
    assert_eq!(body(0, 0), ("npm publish\n", true));
    assert_eq!(body(2, 0), ("\tone\n", false));
    assert_eq!(body(2, 1), ("two\n", true));
    let open = super::commands("node <<'JS'\nspawn()\n");
    assert_eq!(open[0].redirects[0].heredoc.map(|heredoc| heredoc.body.len()), Some(8));
}

#[test]
fn substitutions_are_commands_of_their_own() {
    let text = "VERSION=$(node -p \"require('./p').v\") npm publish \"$(basename `pwd`)\" ${V:-$(git tag)}";
    assert_eq!(
        lines(text),
        [
            "VERSION=$(node -p \"require('./p').v\") [npm] [publish] [$(basename `pwd`)] [${V:-$(git tag)}]",
            "[node] [-p] [require('./p').v]",
            "[basename] [`pwd`]",
            "[pwd]",
            "[git] [tag]",
        ]
    );
    let parents: Vec<_> = commands(text).iter().map(|command| (command.parent, command.depth)).collect();
    assert_eq!(parents, [(None, 0), (Some(0), 1), (Some(0), 1), (Some(2), 2), (Some(0), 1)]);
    assert_eq!(names("diff <(npm view a) <(npm pack)"), ["diff", "npm", "npm"]);
    assert_eq!(names("$(npm bin)/lerna publish"), ["npm"]);
}

#[test]
fn subshells_have_a_scope() {
    let text = "cd a; (cd b && npm publish); npm pack";
    let script = read(text, Dialect::Posix);
    let scopes: Vec<usize> = script.commands.iter().map(|command| command.scope).collect();
    assert_eq!(scopes, [0, 1, 1, 0]);
    assert_eq!(script.scopes[1].parent, 0);
    assert_eq!(script.commands[1].parent, None);
    assert_eq!(names("((cd a; b); c)"), ["cd", "b", "c"]);
}

#[test]
fn compound_commands() {
    let text = "if ! npm view x; then\n npm publish\nelif a; then b; else c; fi\nwhile read -r p; do d; done\n\
        for p in a b; do (cd $p && e); done; for ((i=0; i<3; i++)); do f; done\n{ g; }; time h";
    assert_eq!(
        lines(text),
        [
            "[npm] [view] [x]",
            "[npm] [publish]",
            "[a]",
            "[b]",
            "[c]",
            "[read] [-r] [p]",
            "[d]",
            "[for] [p] [in] [a] [b]",
            "[cd] [$p]",
            "[e]",
            "[for] [((i=0; i<3; i++))]",
            "[f]",
            "[g]",
            "[time] [h]"
        ]
    );
    let conditional: Vec<bool> = commands(text).iter().map(|command| command.conditional).collect();
    assert!(conditional[..7].iter().all(|flag| *flag) && !conditional[12] && !conditional[13]);
}

#[test]
fn case_patterns_are_not_commands() {
    let text =
        "case \"$GITHUB_REF\" in\n  npm|a*|b) npm publish ;;\n  (c) d;& *) case x in y) e;; esac ;;\nesac; f";
    assert_eq!(
        lines(text),
        ["[case] [$GITHUB_REF] [in]", "[npm] [publish]", "[d]", "[case] [x] [in]", "[e]", "[f]"]
    );
    assert!(!commands(text)[5].conditional);
}

#[test]
fn function_bodies_know_their_name() {
    let text = "release() {\n npm publish\n}\nfunction other { a; }\nfunction third() ( b )\nrelease";
    let functions: Vec<_> = commands(text).iter().map(|command| (line(command), command.function)).collect();
    assert_eq!(
        functions,
        [
            ("[npm] [publish]".to_owned(), Some("release")),
            ("[a]".to_owned(), Some("other")),
            ("[b]".to_owned(), Some("third")),
            ("[release]".to_owned(), None)
        ]
    );
}

#[test]
fn tests_and_arithmetic_hide_their_operators() {
    let text = "[[ $a == b && ( $c < d || $e =~ ^(x|y)$ ) ]] && npm publish\n(( n << 2 )) || b; x=$((1 << $(c) + (2*3)))\nd";
    let commands = commands(text);
    assert_eq!(commands[0].kind, Kind::Test);
    assert_eq!(commands.iter().filter(|command| command.kind == Kind::Simple).count(), 6);
    assert_eq!(lines(text)[1], "[npm] [publish]");
    assert_eq!(lines(text)[5], "[c]");
    assert_eq!(lines(text)[6], "[d]");
}

#[test]
fn provider_expressions_are_opaque() {
    assert_eq!(
        lines(
            "npm publish ${{ github.ref == 'a b' && '--tag \"x' || '' }} $[[ inputs.x | f ]] << parameters.tag >>x"
        ),
        [
            "[npm] [publish] [${{ github.ref == 'a b' && '--tag \"x' || '' }}] [$[[ inputs.x | f ]]] [<< parameters.tag >>x]"
        ]
    );
    assert_eq!(
        lines("echo \"<< parameters.a-b >>\" <<EOF >>f\nx\nEOF\ny"),
        ["[echo] [<< parameters.a-b >>] <<EOF >>f", "[y]"]
    );
    assert!(commands("<<parameters.cmd>>")[0].words[0].dynamic);
}

#[test]
fn other_dialects_escape_with_other_characters() {
    let power = read("if ($x) { npm publish `\r\n --tag a }\r\n.\\scripts\\x.ps1 'a'", Dialect::PowerShell);
    let power: Vec<String> = power.commands.iter().map(line).collect();
    assert_eq!(power, ["[$x]", "[npm] [publish] [--tag] [a] [}]", "[.\\scripts\\x.ps1] [a]"]);
    let cmd = read("npm publish ^\r\n --tag a & dir c:\\x", Dialect::Cmd);
    let cmd: Vec<String> = cmd.commands.iter().map(line).collect();
    assert_eq!(cmd, ["[npm] [publish] [--tag] [a]", "[dir] [c:\\x]"]);
}

/// All alternatives of the last command of `text`, each as one line.
fn expanded(text: &str) -> Vec<String> {
    let commands = commands(text);
    let mut variables = Variables::default();
    variables.set("CI_TAG", "v1");
    let (last, before) = commands.split_last().expect("a command");
    for command in before {
        variables.observe(command);
    }
    let join = |fields: Vec<Field>| {
        let show = |field: Field| if field.dynamic { format!("?{}", field.text) } else { field.text };
        fields.into_iter().map(show).collect::<Vec<_>>().join("·")
    };
    variables.expand(&last.words).into_iter().map(join).collect()
}

#[test]
fn static_variables_resolve() {
    assert_eq!(
        expanded("CMD='npm publish'\n$CMD --tag \"$CMD\" ${CI_TAG}x"),
        ["npm·publish·--tag·npm publish·v1x"]
    );
    assert_eq!(expanded("export A=x B=\"$CI_TAG-1\"; run $A/$B $C"), ["run·x/v1-1·?$C"]);
    assert_eq!(expanded("X=$(npm view a version)\nrun $X ${Y:-a b}"), ["run·?$X·?${Y:-a b}"]);
    assert_eq!(expanded("E=\"\"\nrun $E x \"$E\""), ["run·x·"]);
    assert_eq!(
        expanded("A=(npm publish)\nA+=(--tag \"a b\" $X)\n\"${A[@]}\" z"),
        ["npm·publish·--tag·a b·?$X·z"]
    );
    assert_eq!(expanded("A=1; unset A; run $A"), ["run·?$A"]);
}

#[test]
fn assignments_that_may_not_run_give_alternatives() {
    assert_eq!(
        expanded("F=''\nif x; then F=--dry-run; fi\nnpm publish $F"),
        ["npm·publish·--dry-run", "npm·publish"]
    );
    assert_eq!(expanded("for p in a b; do :; done; run $p"), ["run·a", "run·b"]);
    assert_eq!(expanded("for p in packages/*; do :; done; run $p"), ["run·?$p"]);
}

#[test]
fn values_cannot_explode() {
    let doubling = format!("A=xxxxxxxx\n{}run $A", "A=$A$A\n".repeat(64));
    assert_eq!(expanded(&doubling), ["run·?$A"]);
}

#[test]
fn hostile_nesting_is_fast() {
    let openers = [
        "$(",
        "(",
        "{ ",
        "`",
        "\"$(",
        "${",
        "$((",
        "((",
        "if ",
        "case a in b) ",
        "a=(",
        "<(",
        "[[ (",
        "\"",
        "'",
        "<<A ",
        "f() {\n",
        "for x in ",
        "${{",
        "<< a.",
        "@(",
        "fi;",
        "x`\"",
        "esac ",
        "((a b",
    ];
    for opener in openers {
        for text in [opener.repeat(50_000), format!("{}{}", opener.repeat(25_000), ")}`\"'".repeat(25_000))] {
            let started = Instant::now();
            let found = commands(&text);
            assert!(started.elapsed() < Duration::from_secs(2), "{opener:?} took {:?}", started.elapsed());
            assert!(found.iter().all(|command| command.depth < 3 * reader::MAX_DEPTH));
        }
    }
}

/// Spans lie inside the text, in order, and words say what the text says.
fn check(text: &str, dialect: Dialect) {
    let script = read(text, dialect);
    for (index, command) in script.commands.iter().enumerate() {
        assert!(command.scope < script.scopes.len());
        assert!(command.parent.is_none_or(|parent| parent < index));
        assert!(command.span.end <= text.len());
        for word in &command.words {
            assert_eq!(text.get(word.span.start..word.span.end), Some(word.raw));
            assert!(command.span.contains(word.span));
            assert!(word.dynamic || !word.raw.contains("${{") || word.quoted || word.raw.contains('('));
        }
    }
    let mut variables = Variables::default();
    for command in &script.commands {
        assert!(!variables.expand(&command.words).is_empty());
        variables.observe(command);
    }
}

const PIECES: [&str; 44] = [
    "npm", " ", "publish", "\n", "$(", ")", "(", "{", "}", "\"", "'", "`", "\\", "\r\n", "$", "${", "${{",
    "}}", "<<", "<<-", "EOF", ">", "&", "|", ";", ";;", "if ", "fi", "case ", " in ", "esac", "for ", "do ",
    "done", "#", "A=", "é", "🚀", "[[ ", " ]]", "$((", "()", "\t", "$A",
];

proptest! {
    #[test]
    fn any_text_has_a_reading(text in "(?s).{0,80}") {
        for dialect in [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd] {
            check(&text, dialect);
        }
    }

    #[test]
    fn any_mix_of_shell_syntax_has_a_reading(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        let text = pieces.concat();
        for dialect in [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd] {
            check(&text, dialect);
        }
    }

    #[test]
    fn quoted_words_come_back(words in prop::collection::vec("[ -~é\n]{0,12}", 1..6)) {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        let text = format!("run {}", quoted.join(" "));
        let commands = commands(&text);
        prop_assert_eq!(commands.len(), 1);
        let values: Vec<&str> = commands[0].words[1..].iter().map(|word| word.value.as_ref()).collect();
        prop_assert_eq!(values, words);
    }

    #[test]
    fn a_real_script_survives_mutation(at in 0usize..600, len in 0usize..40, piece in prop::sample::select(&PIECES[..])) {
        let text = include_str!("fixtures/release.sh");
        let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (start..=(start + len).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        check(&format!("{}{piece}{}", &text[..start], &text[end..]), Dialect::Posix);
    }
}
