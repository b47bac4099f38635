#!/bin/bash
# Makes the calls of the demo: synthesised speech (espeak-ng), so nobody's voice is in them.
# Needs espeak-ng, sox and ffmpeg. Writes src/embedded/demo-calls/*; what they are is in calls.json there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../../src/embedded/demo-calls"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# speak NAME AGENT_VOICE CALLER_VOICE: one channel for each side, in turns with short pauses, as a telephone
# system records them: 8 kHz, 300 to 3400 Hz, a little line noise.
speak() {
  local name=$1 agent_voice=$2 caller_voice=$3 turn=0 who text voice pan
  while IFS= read -r line; do
    turn=$((turn + 1))
    who=${line%%:*} text=${line#*: }
    if [ "$who" = A ]; then voice=$agent_voice pan='1 0'; else voice=$caller_voice pan='0 1'; fi
    espeak-ng -v "$voice" -s 165 -g 2 -w "$work/turn.wav" "$text"
    # shellcheck disable=SC2086
    sox "$work/turn.wav" -r 8000 "$work/$name-$(printf %02d "$turn").wav" \
      gain -6 highpass 300 lowpass 3400 gain -n -4 pad 0.15 0.3 remix $pan
  done <"$here/dialogues/$name.txt"
  sox "$work/$name"-*.wav "$work/$name.wav"
}

encode() { # encode NAME EXTENSION FFMPEG_OPTIONS...
  local name=$1 extension=$2
  shift 2
  ffmpeg -nostdin -loglevel error -y -i "$work/$name.wav" -map_metadata -1 -fflags +bitexact -flags:a +bitexact \
    "$@" "$out/$name.$extension"
}

mono=(-af pan=mono\|c0=c0+c1)

speak terugbelverzoek nl+f2 nl+m3
speak arbeidsongeschiktheid nl+f2 nl+f4
speak praktijkinboedel nl+m7 nl+f4
speak aansprakelijkheid nl+f2 nl+f4
speak vraag-lidmaatschap nl+f2 nl+f4
speak zorgverzekering nl+f2 nl+m3
speak hypotheek nl+m7 nl+m3
speak onbekende-beller nl+f2 nl+m5
speak autoverzekering nl+f2 nl+f4
speak rechtsbijstand nl+m4 nl+f5
speak woonverzekering nl+f3 nl+m2
speak polisblad nl+f2 nl+m6

encode terugbelverzoek wav "${mono[@]}" -c:a pcm_s16le
encode arbeidsongeschiktheid wav -c:a pcm_mulaw
encode praktijkinboedel mp3 "${mono[@]}" -c:a libmp3lame -b:a 16k
encode aansprakelijkheid ogg "${mono[@]}" -c:a libopus -b:a 16k -application voip
encode vraag-lidmaatschap mp3 "${mono[@]}" -c:a libmp3lame -b:a 16k
encode zorgverzekering m4a "${mono[@]}" -c:a aac -b:a 24k -movflags +faststart
encode hypotheek wav "${mono[@]}" -c:a pcm_alaw
encode onbekende-beller ogg -c:a libopus -b:a 24k -application voip
encode autoverzekering ogg "${mono[@]}" -c:a libopus -b:a 9k -application voip
encode rechtsbijstand ogg "${mono[@]}" -c:a libopus -b:a 9k -application voip
encode woonverzekering ogg "${mono[@]}" -c:a libopus -b:a 9k -application voip
encode polisblad ogg "${mono[@]}" -c:a libopus -b:a 9k -application voip

for file in "$out"/*.{wav,mp3,ogg,m4a}; do
  printf '%s %s s\n' "$(basename "$file")" "$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$file")"
done
du -bc "$out"/*.{wav,mp3,ogg,m4a} | tail -1
