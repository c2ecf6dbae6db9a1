use strict;
use warnings;

my %routes = ('/healthz' => sub { 'ok' }, '/' => sub { "hello from $ENV{GREETER_NAME}" });

sub {
    my $env = shift;
    my $route = $routes{ $env->{PATH_INFO} } or return [404, ['Content-Type' => 'text/plain'], ["not here\n"]];
    return [200, ['Content-Type' => 'text/plain'], [$route->() . "\n"]];
};
