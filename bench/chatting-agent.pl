#!/usr/bin/perl
# The agent of the figure of our own use: for 30 seconds it says a line twenty times a second, and then that it is done.
use strict;
use warnings;
$| = 1;
for my $i (1 .. 600) {
    print qq({"type":"assistant","message":{"id":"m$i","model":"chat","role":"assistant","content":[{"type":"text","text":"), "word " x 60, qq("}]}}\n);
    select(undef, undef, undef, 0.05);
}
open(my $work, '>', "work-$$.txt") or die;
print $work "done\n";
close($work);
print qq({"type":"result","subtype":"success","is_error":false,"result":"done"}\n);
