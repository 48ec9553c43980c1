global using Xunit;

// Real git, sh and signals: these tests are for the machines that have them.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
