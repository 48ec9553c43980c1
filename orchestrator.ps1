# Builds the program on first use, or after its sources changed, and passes everything on. Needs no bash; for Windows PowerShell 5.1 and PowerShell 7.
$here = $PSScriptRoot
$onWindows = [IO.Path]::DirectorySeparatorChar -eq '\'
$file = if ($onWindows) { 'orchestrator.exe' } else { 'orchestrator' }
$program = Join-Path $here "artifacts/program/$file"

function Stop-With($message, $code) {
    [Console]::Error.WriteLine($message)
    exit $code
}

function Test-Stale {
    if (-not (Test-Path $program)) { return $true }
    $built = (Get-Item $program).LastWriteTimeUtc
    $sources = 'src', 'samples', 'Directory.Build.props', 'Directory.Packages.props' | ForEach-Object { Join-Path $here $_ }
    return $null -ne (Get-ChildItem $sources -Recurse -File | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1)
}

if (-not (Get-Command git -ErrorAction SilentlyContinue)) {
    Stop-With "error: git is needed; 'git' is not on PATH. On Windows: winget install Git.Git" 2
}
if (Test-Stale) {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not (dotnet --list-sdks | Where-Object { $_ -like '10.*' })) {
        Stop-With 'error: the .NET 10 SDK is needed to build. On Windows: winget install Microsoft.DotNet.SDK.10' 2
    }
    $chip = if ([Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64') { 'arm64' } else { 'x64' }
    $system = if ($onWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    [Console]::Error.WriteLine('Building the orchestrator (once; about a minute) ...')
    $said = dotnet publish (Join-Path $here 'src/Orchestrator.Cli') -c Release -r "$system-$chip" --self-contained false '-p:PublishReadyToRun=true' '-p:DebugType=none' -o (Join-Path $here 'artifacts/program') -v quiet
    if ($LASTEXITCODE -ne 0) { Stop-With ($said -join "`n") 1 }
    (Get-Item $program).LastWriteTimeUtc = [DateTime]::UtcNow
}
& $program @args
exit $LASTEXITCODE
